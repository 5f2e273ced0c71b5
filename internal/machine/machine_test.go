package machine

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAMachineIsNamedByItsKind(t *testing.T) {
	for _, test := range []struct {
		cpu   string
		cores int
		want  string
	}{
		{"Intel(R) Xeon(R) CPU E5-2690 v3 @ 2.60GHz", 24, "intel-xeon-e5-2690-v3-24cpu-linux"},
		{"AMD Ryzen 9 5950X 16-Core Processor", 32, "amd-ryzen-9-5950x-32cpu-linux"},
		{"Apple M2 Pro", 10, "apple-m2-pro-10cpu-linux"},
		{"", 4, "unknown-cpu-4cpu-linux"},
	} {
		require.Equal(t, test.want, kind(test.cpu, test.cores, "linux"))
	}
	require.NotEmpty(t, Kind(t.Context()))
}

func TestTheSourceIsFound(t *testing.T) {
	root := ModuleRoot(t.Context())
	require.FileExists(t, filepath.Join(root, "go.mod"))
	t.Chdir(t.TempDir())
	require.Empty(t, ModuleRoot(t.Context()), "no module holds %s", os.TempDir())
	require.Equal(t, "none", Commit(t.Context(), "."))
}
