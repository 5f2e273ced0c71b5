//go:build !portable

#include "textflag.h"

// func CallerPC() uintptr
TEXT ·CallerPC(SB), NOSPLIT|NOFRAME, $0-8
	MOVQ 8(BP), AX // above the saved BP of F's caller, to which F's BP points
	MOVQ AX, ret+0(FP)
	RET
