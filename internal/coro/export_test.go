package coro

// AtHome says whether s is suspended in the box that it was made with.
func (s *Stack) AtHome() bool { return s.own == s.at }
