package rt

import (
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
)

// here returns where it was called.
//
//go:noinline
func here() (pc uintptr, line int) {
	var pcs [1]uintptr
	runtime.Callers(2, pcs[:])
	_, _, line, _ = runtime.Caller(1)
	return pcs[0], line
}

func TestASiteNamesThePlace(t *testing.T) {
	pc, line := here()
	s := siteOf(pc)
	require.True(t, s.Known())
	require.Equal(t, pc, s.pc())
	f := s.Frame()
	require.Equal(t, "schedlab/rt.TestASiteNamesThePlace", f.Function)
	require.Equal(t, "site_test.go", filepath.Base(f.File))
	require.Equal(t, line, f.Line)
	require.Regexp(t, `^schedlab/rt\.TestASiteNamesThePlace \(site_test\.go:\d+\)$`, s.String())
}

// Addresses lie above and below this package's own code, also beyond a multiple of 4 GB.
func TestASiteIsCompletedFromItsLastBytes(t *testing.T) {
	defer func(home uintptr) { homePC = home }(homePC)
	for _, home := range []uintptr{0x40_1000, 0x7f12_0000_1000, 0x7f12_ffff_f000} {
		homePC = home
		for _, pc := range []uintptr{home + 100, home - 100, home + 0x7fff_0000, home - 0x10_0000} {
			require.Equal(t, pc, siteOf(pc).pc(), "%#x from %#x", pc, home)
		}
	}
}

func TestWhereThereIsNoSite(t *testing.T) {
	for _, s := range []Site{noSite, ownSite} {
		require.False(t, s.Known())
		require.Zero(t, s.Frame())
	}
	require.Equal(t, "an unknown place", noSite.String())
	require.Equal(t, "the scheduler itself", ownSite.String())
}
