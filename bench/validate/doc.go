// Command validate says how far the simulated machine of package sim is to be believed.
//
//	go run ./bench/validate                              write the report of the raw files
//	go run ./bench/validate -simulate curves,sensitivity,vm2,beside
//	go run ./bench/validate -measure                     measure the real host again
//
// The report is validation.md in results/sim, and the raw files are in the folder validation
// beside it. Each line of them is one simulation, or one cell of the real host. Simulations are
// the same to the digit each time; they run in processes of the sim build, which the command
// makes by itself.
//
// # What is compared
//
//   - Curves that others have published, with simulations of the same program on a machine of
//     that kind: the table curves. Most programs are workloads of this suite, or small ones on
//     the locks of package micro. Each curve says where its program differs.
//   - Statements about the designs, such as that one is faster than another, with each parameter
//     of the machine halved and doubled.
//   - The machine vm2 with the real host that it was fitted to: half of the cells were used for
//     the fit, the others are blind.
//
// A verdict follows from numbers alone: see agreement.verdict. The parameters of vm2 were found
// by the kind "fit" of the sim build:
//
//	go run -tags sim ./bench/validate -child fit -only results/sim/validation
//
// # Files
//
//	main.go                           the flags, and the order of the work
//	run.go                            processes that simulate, and raw files
//	child_sim.go, child_other.go      one such process
//	curve.go                          the published curves
//	programs.go                       what is simulated for them
//	inject.go                         of these, tokio's inject queue
//	sensitivity.go                    statements, and what turns them around
//	host.go                           vm2 and the real host
//	measure.go, measure_sim.go        the cells of the real host
//	fit_sim.go                        vm2: its cells, and the fit
//	noisy.go                          vm2 beside other programs
//	verdict.go                        how figures are compared
//	report.go                         the report
//	text.go                           its words
package main
