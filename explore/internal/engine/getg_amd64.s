#include "textflag.h"

// func getg() uintptr
TEXT ·getg(SB), NOSPLIT, $0-8
	MOVQ (TLS), AX
	MOVQ AX, ret+0(FP)
	RET

// func callerDepth() uintptr
//
// BP is the frame pointer of the function that calls this one. It points to where the frame
// pointer of that function's caller is saved; the return address is above, and then begins
// the frame of the caller. A g begins with the bounds of its stack.
TEXT ·callerDepth(SB), NOSPLIT, $0-8
	MOVQ (TLS), CX
	MOVQ 8(CX), AX
	SUBQ BP, AX
	SUBQ $16, AX
	MOVQ AX, ret+0(FP)
	RET

// func pointer(address uintptr) unsafe.Pointer
TEXT ·pointer(SB), NOSPLIT, $0-16
	MOVQ address+0(FP), AX
	MOVQ AX, ret+8(FP)
	RET
