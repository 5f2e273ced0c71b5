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

// func pausing() (pc, depth uintptr)
TEXT ·pausing(SB), NOSPLIT, $0-16
	MOVQ 0(BP), BX
	MOVQ 8(BX), AX
	MOVQ AX, pc+0(FP)
	MOVQ (TLS), CX
	MOVQ 8(CX), AX
	SUBQ BX, AX
	SUBQ $16, AX
	MOVQ AX, depth+8(FP)
	RET

// func pointer(address uintptr) unsafe.Pointer
TEXT ·pointer(SB), NOSPLIT, $0-16
	MOVQ address+0(FP), AX
	MOVQ AX, ret+8(FP)
	RET

// func room()
//
// The check of the stack that comes before a frame of this size makes it grow.
TEXT ·room(SB), 0, $4096-0
	RET

// func returnFilled(bits uint64)
//
// BP is the frame pointer of the calling function: for what it points to see callerDepth.
// The lowest bytes of a stack belong to the runtime.
TEXT ·returnFilled(SB), NOSPLIT|NOFRAME, $0-8
	MOVQ bits+0(FP), AX
	MOVQ (TLS), CX
	MOVQ 0(CX), CX
	ADDQ $1024, CX
	LEAQ 16(BP), R8
	LEAQ -2048(R8), DX
	CMPQ DX, CX
	CMOVQCS CX, DX
	MOVQ 8(BP), BX
	MOVQ 0(BP), BP
	MOVQ R8, SP
	LEAQ 40(R8), DI
fill:
	SUBQ $8, DI
	MOVQ AX, 0(DI)
	CMPQ DI, DX
	JHI fill
	JMP BX
