//go:build !race && !model

package host

import "schedlab/internal/coro"

// Stack is a coroutine; see [coro.Stack].
type Stack = coro.Stack
