package main

import "strings"

func sensitivityPart(s *strings.Builder, dir string) error { return nil }
func realPart(s *strings.Builder, dir string) error        { return nil }
