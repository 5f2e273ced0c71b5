// Package command is what the commands of this module share.
//
//	command.go  a command: interrupts, errors, the exit status
//	flags.go    its flags, with the nearest names for one that is misspelled
package command
