package gm

import (
	"testing"

	"github.com/stretchr/testify/require"

	"schedlab/rt"
)

func TestProcWordFieldsDoNotOverlap(t *testing.T) {
	var p procWord
	p.init(2)
	for range 2 {
		require.True(t, p.tryAddCPU())
	}
	p.addCPU(1)
	p.setGwaiting()
	require.True(t, p.setWaitstop())
	p.setMax(mcpuMask)
	state := p.load()
	require.Equal(t, 3, state.mcpu())
	require.Equal(t, mcpuMask, state.mcpumax())
	require.True(t, state.gwaiting())
	require.True(t, state.waitstop())
	require.Equal(t, "mcpu 3 of 32767, gwaiting true, waitstop true", state.String())

	p.clearGwaiting()
	require.True(t, p.load().waitstop())
	require.True(t, p.dropWaitstop())
	require.Equal(t, procState(mcpuMask<<mcpumaxShift+3), p.load())
	p.setMax(1)
	require.Equal(t, procState(1<<mcpumaxShift+3), p.load())
	for range 3 {
		p.addCPU(-1)
	}
	require.Equal(t, procState(1<<mcpumaxShift), p.load())
}

func TestProcWordGrantsNoMoreThanMcpumax(t *testing.T) {
	var p procWord
	p.init(2)
	require.True(t, p.tryAddCPU())
	require.True(t, p.tryAddCPU())
	require.False(t, p.tryAddCPU())
	// An M that comes out of a system call may exceed it for a moment. Then no other M
	// gets an mcpu.
	require.False(t, p.addCPU(1).within())
	require.False(t, p.tryAddCPU())
	p.addCPU(-1)
	require.True(t, p.addCPU(-1).within())
	require.True(t, p.tryAddCPU())
}

func TestProcWordPanicsWhenMcpuGoesBelowZero(t *testing.T) {
	var p procWord
	p.init(1)
	want := rt.Broken("gm: procWord.addCPU: mcpu is negative: " +
		"mcpu 32767 of 0, gwaiting false, waitstop false")
	require.PanicsWithValue(t, want, func() { p.addCPU(-1) })
}

func TestWaitstopIsSetOnlyAboveMcpumaxAndTakenOnceNotAbove(t *testing.T) {
	var p procWord
	p.init(2)
	p.addCPU(1)
	p.addCPU(1)
	require.False(t, p.setWaitstop(), "2 of 2: nothing to wait for")
	require.False(t, p.takeWaitstop(), "it is not set")
	p.setMax(1)
	require.True(t, p.setWaitstop())
	require.False(t, p.takeWaitstop(), "2 of 1")
	p.addCPU(-1)
	require.True(t, p.takeWaitstop())
	require.False(t, p.takeWaitstop(), "another has it")
	require.False(t, p.dropWaitstop())
}
