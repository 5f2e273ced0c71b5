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

// func pausing() (pc, depth uintptr)
TEXT ·pausing(SB), NOSPLIT, $0-16
	MOVD (R29), R1
	MOVD 8(R1), R0
	MOVD R0, pc+0(FP)
	MOVD (R1), R1
	ADD $8, R1
	MOVD 8(g), R0
	SUB R1, R0
	MOVD R0, depth+8(FP)
	RET

// func pointer(address uintptr) unsafe.Pointer
TEXT ·pointer(SB), NOSPLIT, $0-16
	MOVD address+0(FP), R0
	MOVD R0, ret+8(FP)
	RET

// func room()
//
// The check of the stack that comes before a frame of this size makes it grow.
TEXT ·room(SB), 0, $4096-0
	RET

// func returnFilled(bits uint64)
//
// R29 is the frame pointer of the calling function: for what it points to see callerDepth. The
// word that the frame pointer of the caller's caller points to belongs to that function. The
// lowest bytes of a stack belong to the runtime.
TEXT ·returnFilled(SB), NOSPLIT|NOFRAME, $0-8
	MOVD bits+0(FP), R0
	MOVD 0(g), R2
	ADD $1024, R2
	MOVD 8(R29), R30
	MOVD 0(R29), R29
	ADD $8, R29, R3
	MOVD R29, R1
	SUB $2048, R1, R4
	CMP R2, R4
	CSEL LO, R2, R4, R4
	MOVD R3, RSP
	MOVD R0, 8(R3)
	MOVD R0, 16(R3)
	MOVD R0, 24(R3)
	MOVD R0, 32(R3)
	MOVD R0, 40(R3)
fill:
	SUB $8, R1
	MOVD R0, (R1)
	CMP R4, R1
	BHI fill
	JMP (R30)
