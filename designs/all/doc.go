// Package all is the table of designs, all.go: the only file to edit to add one.
//
// # What each design promises
//
// Lacks in the rows of Table tells the reasons.
//
//	promise                 gm   global  gpm  native  variants that differ
//	parks                   yes  yes     yes  no
//	counts                  yes  yes     yes  no
//	safe points             yes  yes     yes  no
//	knows its Gs            yes  yes     yes  no
//	detects deadlock        yes  yes     yes  no
//	stops on panic          yes  yes     yes  no
//	preempts                no   no      yes  yes     -nopreempt
//	conserves work          yes  yes     yes  yes     -nosteal, -nowakeonready
//	fair queues             yes  yes     no   yes     -norunnext, -runnextcap
//	fair readies            yes  yes     yes  yes     -noglobaltick, -nopreempt
//	beside Syscall          yes  yes     yes  yes     -nohandoffp, -noretake
//	beside BlockingSyscall  yes  yes     yes  yes     -nohandoffp
//	stops the world         yes  yes     yes  no
//	has Ps                  no   no      yes  no
//	knows its Ms            yes  yes     yes  no
//	times                   yes  yes     yes  no
//	polls                   yes  yes     yes  no
//	reuses Gs               yes  yes     yes  yes     -nofreelist
//	caches                  yes  yes     yes  no
//	runs on simulated CPUs  yes  yes     yes  no
//
// A test compares this with Table; go test ./designs/all -run Promises -write writes it.
package all
