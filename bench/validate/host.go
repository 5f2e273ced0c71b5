package main

import "strings"

func realPart(s *strings.Builder, dir string) error { return nil }
