//go:build !portable && !model && !sim

#include "textflag.h"

// func readTicks() uint64
TEXT ·readTicks(SB), NOSPLIT, $0-8
	MRS CNTVCT_EL0, R0
	MOVD R0, ret+0(FP)
	RET

// func readOrderedTicks() uint64
TEXT ·readOrderedTicks(SB), NOSPLIT, $0-8
	DSB $9 // ISHLD: loads before it are done
	ISB $15 // nothing after it has begun
	MRS CNTVCT_EL0, R0
	MOVD R0, ret+0(FP)
	RET

// func steadyTicks() bool
TEXT ·steadyTicks(SB), NOSPLIT, $0-1
	MOVD $1, R0 // the architecture says so
	MOVB R0, ret+0(FP)
	RET
