package host_test

import (
	"os/exec"
	"testing"

	"github.com/stretchr/testify/require"
)

// What checks ranks is not compiled into an ordinary build, so the fast paths of a lock are
// still small enough to be inlined.
func TestLocksAreInlined(t *testing.T) {
	dependOn(t, ".")
	out, err := exec.Command("go", "build", "-gcflags=-m", ".").CombinedOutput()
	require.NoError(t, err, "%s", out)
	for _, name := range []string{
		"Lock", "LockCounted", "TryLock", "TryLockCounted", "Unlock", "SetRank", "SetRankNth",
	} {
		require.Contains(t, string(out), "can inline (*FutexMutex)."+name+"\n")
	}
}
