package engine

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// randomSchedule makes one as replay does, with runs and repetitions.
func randomSchedule(r *rand.Rand, most int) (s Schedule) {
	for n := r.IntN(most); len(s) < n; {
		d := int32(r.IntN(4))
		switch r.IntN(4) {
		case 0:
			d = choiceDecision(r.IntN(10))
		case 1: // unchecked
		default:
			o := Op{Kind: Kind(1 + r.IntN(len(kindLetters)-1))}
			if r.IntN(3) > 0 {
				o.Obj = &Object{ID: int32(r.IntN(1200))}
			}
			d |= o.check() << checkShift
		}
		s = append(s, slices.Repeat([]int32{d}, 1+r.IntN(5))...)
	}
	return s
}

func TestScheduleIsReadAsItWasWritten(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for i := range 2000 {
		s := randomSchedule(r, 1+i/4)
		text := s.String()
		require.NotContains(t, text, " ")
		got, err := ParseSchedule(text)
		require.NoError(t, err, text)
		require.Equal(t, s, got, text)
	}
}

func TestLongSchedulesAreShortWords(t *testing.T) {
	var s Schedule
	for i := range 10_000 {
		s = append(s, int32(i/3%2)|(&Op{Kind: OpLoad}).check()<<checkShift)
	}
	require.Less(t, len(s.String()), longSchedule)
}

// Every kind has a letter of its own, and what the letters mean does not change.
func TestKindLetters(t *testing.T) {
	require.Equal(t, len(kindNames), len(kindLetters), "a kind without a letter, or more")
	require.LessOrEqual(t, len(kindLetters), kindMask+1, "Kinds do not fit into a check")
	seen := map[byte]Kind{}
	for k, c := range kindLetters {
		require.NotContains(t, seen, c)
		require.True(t, 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z', "%c", c)
		seen[c] = Kind(k)
	}
	require.Equal(t, OpCAS, seen['c'])
	require.Equal(t, OpNow, seen['t'])
}

func TestWhatIsNoSchedule(t *testing.T) {
	good := Schedule{0, 1, 1, choiceDecision(2)}.String()
	require.Equal(t, "v1.0y.1yy=2-"+checksum("v1.0y.1yy=2"), good)
	signed := func(text string) string { return text + "-" + checksum(text) }
	for _, c := range []struct{ text, why string }{
		{"", "must begin with v1"},
		{"hello", "must begin with v1"},
		{"v2" + good[2:], "another version"},
		{good[:len(good)-1], "check sum"},
		{good[1:], "must begin with v1"},
		{strings.Replace(good, ".1", ".2", 1), "check sum"},
		{signed("v1.0q"), `'q' means nothing`},
		{signed("v1s0"), "a step of no thread"},
		{signed("v1.s0"), "a number is missing"},
		{signed("v1.99999s0"), "a number is too large"},
		{signed("v1.0s_9999999"), "a number is too large"},
		{signed("v1.0s_4000000s_4000000"), "it is too long"},
		{signed("v1z!"), "illegal base64"},
		{signed("v1zAAAA"), "unexpected EOF"},
	} {
		_, err := ParseSchedule(c.text)
		require.ErrorContains(t, err, c.why, c.text)
		require.ErrorContains(t, err, "explore: not a schedule: ")
		require.ErrorContains(t, err, "copy the whole word after -explore.replay=")
	}
	_, err := ParseSchedule(" " + good + "\n")
	require.NoError(t, err)
}

func FuzzParseSchedule(f *testing.F) {
	f.Add(Schedule{0, 1, 1, 1, choiceDecision(2)}.text())
	f.Add(".0s0l1_3.2=1c0")
	f.Fuzz(func(t *testing.T, body string) {
		text := scheduleVersion + body
		s, err := ParseSchedule(text + "-" + checksum(text))
		if err != nil || len(s) > 10_000 {
			return
		}
		again, err := ParseSchedule(s.String())
		require.NoError(t, err)
		require.Equal(t, s, again)
	})
}
