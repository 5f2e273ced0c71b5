//go:build !portable && !model && !sim

#include "textflag.h"

// func pause(n uint32)
TEXT ·pause(SB), NOSPLIT, $0-4
	MOVW n+0(FP), R0
	CBZW R0, done
again:
	YIELD
	SUBW $1, R0
	CBNZW R0, again
done:
	RET
