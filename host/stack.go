//go:build !race && !model && !sim

package host

import "schedlab/internal/coro"

// Stack is a coroutine; see [coro.Stack].
type Stack = coro.Stack
