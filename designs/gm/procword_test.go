package gm

import (
	"testing"

	"github.com/stretchr/testify/require"

	"schedlab/designs"
)

func TestProcWordFieldsDoNotOverlap(t *testing.T) {
	var p procWord
	p.init(mcpuMask)
	for range 3 {
		require.True(t, p.tryAddCPU())
	}
	p.setWaiting(true)
	state := p.load()
	require.Equal(t, 3, state.mcpu())
	require.Equal(t, mcpuMask, state.mcpumax())
	require.True(t, state.gwaiting())
	require.Equal(t, "mcpu 3 of 32767, gwaiting true", state.String())

	p.setWaiting(false)
	for range 3 {
		p.addCPU(-1)
	}
	require.Equal(t, procState(mcpuMask)<<mcpumaxShift, p.load())
}

func TestProcWordGrantsNoMoreThanMcpumax(t *testing.T) {
	var p procWord
	p.init(2)
	require.True(t, p.tryAddCPU())
	require.True(t, p.tryAddCPU())
	require.False(t, p.tryAddCPU())
	// A system call's way out may exceed it for a moment; then nobody else gets in.
	require.Equal(t, 3, p.addCPU(1).mcpu())
	require.False(t, p.tryAddCPU())
	p.addCPU(-1)
	p.addCPU(-1)
	require.True(t, p.tryAddCPU())
}

func TestProcWordPanicsWhenMcpuGoesBelowZero(t *testing.T) {
	var p procWord
	p.init(1)
	require.PanicsWithValue(t, designs.Broken("gm: procWord.addCPU: mcpu is negative: mcpu 32767 of 0, gwaiting false"),
		func() { p.addCPU(-1) })
}
