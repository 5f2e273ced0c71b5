//go:build !portable && !model && !sim

#include "textflag.h"

// func readTicks() uint64
TEXT ·readTicks(SB), NOSPLIT, $0-8
	RDTSC
	SHLQ $32, DX
	ORQ DX, AX
	MOVQ AX, ret+0(FP)
	RET

// func readOrderedTicks() uint64
TEXT ·readOrderedTicks(SB), NOSPLIT, $0-8
	LFENCE // waits for all instructions before it; kernels make that so on AMD, too
	RDTSC
	SHLQ $32, DX
	ORQ DX, AX
	MOVQ AX, ret+0(FP)
	RET

// func steadyTicks() bool
TEXT ·steadyTicks(SB), NOSPLIT, $0-1
	MOVB $0, ret+0(FP)
	MOVL $0x80000000, AX // gives the last leaf of this kind that there is
	XORL CX, CX
	CPUID
	CMPL AX, $0x80000007
	JCS done
	MOVL $0x80000007, AX // EDX bit 8: invariant TSC
	XORL CX, CX
	CPUID
	SHRL $8, DX
	ANDL $1, DX
	MOVB DX, ret+0(FP)
done:
	RET
