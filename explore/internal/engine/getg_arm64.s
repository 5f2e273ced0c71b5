#include "textflag.h"

// func getg() uintptr
TEXT ·getg(SB), NOSPLIT, $0-8
	MOVD g, ret+0(FP)
	RET

// func callerDepth() uintptr
//
// R29 is the frame pointer of the function that calls this one. It points to where the frame
// pointer of that function's caller is saved, which is just below the frame of the caller:
// there lie its return address and, from 16 on, its variables. A g begins with the bounds of
// its stack.
TEXT ·callerDepth(SB), NOSPLIT, $0-8
	MOVD (R29), R1
	ADD $16, R1
	MOVD 8(g), R0
	SUB R1, R0
	MOVD R0, ret+0(FP)
	RET

// func pointer(address uintptr) unsafe.Pointer
TEXT ·pointer(SB), NOSPLIT, $0-16
	MOVD address+0(FP), R0
	MOVD R0, ret+8(FP)
	RET
