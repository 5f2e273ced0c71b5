package progress

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestTheRestTakesAsLongInProportion(t *testing.T) {
	require.Equal(t, 30*time.Second, Left(10*time.Second, 10, 30))
	require.Zero(t, Left(10*time.Second, 40, 0))
	require.Zero(t, Left(0, 0, 40), "nothing is known")
	require.Equal(t, "1m31s", Short(90_600*time.Millisecond))
}

func TestALineOnATerminalIsWrittenOver(t *testing.T) {
	var out strings.Builder
	l := &Line{out: &out, inPlace: true}
	l.Show("a long text")
	l.Say("a text that stays")
	l.Show("short")
	l.End()
	shown := strings.Split(out.String(), "\r")
	require.Equal(t, "a long text", shown[1])
	require.Equal(t, strings.Repeat(" ", len("a long text")), shown[2], "blanks cover the text")
	require.Equal(t, []string{"a text that stays\n", "short\n"}, shown[3:])
}

func TestElsewhereEachTextIsALine(t *testing.T) {
	file, err := os.Create(t.TempDir() + "/log")
	require.NoError(t, err)
	defer file.Close()
	l := NewLine(file)
	require.False(t, l.InPlace())
	l.Show("a")
	l.Say("b")
	l.End()
	text, err := os.ReadFile(file.Name())
	require.NoError(t, err)
	require.Equal(t, "a\nb\n", string(text))
}

func TestALineThatShowedNothingLeavesNothing(t *testing.T) {
	var out strings.Builder
	(&Line{out: &out, inPlace: true}).End()
	require.Empty(t, out.String())
}
