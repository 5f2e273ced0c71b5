package engine

import (
	"bytes"
	"compress/flate"
	"encoding/base64"
	"fmt"
	"hash/crc32"
	"io"
	"strconv"
	"strings"
)

// Schedule is what was decided in an execution, in order: the thread that took the next
// step, or what Choose returned. It is all that differs between two executions of a program.
// What the numbers mean may change: [Schedule.String] writes them as one short word, which
// the flag -explore.replay reads.
type Schedule []int32

// A thread is named by its place in the order in which the threads were made, from 0, in the
// lower 16 bits. The upper ones may hold what kind of step it took, on which object: see
// check.

// choiceDecision is the decision that Choose returns v. Threads are not negative.
func choiceDecision(v int) int32 { return int32(-1 - v) }

// ChoiceOf returns the number that Choose returns by decision d, which is negative.
func ChoiceOf(d int32) int { return int(-1 - d) }

// The bits of a decision that lets a thread take a step: the place of the thread, and a
// check. That has 5 bits for the kind, and 10 for the object's id plus 1. A check of 0 is
// none. PlaceMask selects the place.
const (
	checkShift  = 16
	PlaceMask   = 1<<checkShift - 1
	kindMask    = 31
	objectShift = 5
	lastObject  = 1<<10 - 1 // stands for all larger ones, too
)

// check says what o is, as far as that must be the same when it is repeated.
func (o *Op) check() int32 {
	c := int32(o.Kind)
	if o.Obj != nil {
		c |= min(o.Obj.ID+1, lastObject) << objectShift
	}
	return c
}

// Decided returns the thread that d lets take a step; nil if d does not fit e as it stands
// now.
func (e *Engine) Decided(d int32) *Thread {
	if d < 0 || int(d&PlaceMask) >= len(e.Alive) {
		return nil
	}
	t := e.Alive[d&PlaceMask]
	if check := d >> checkShift; check != 0 && check != t.Op.check() || !t.Enabled() {
		return nil
	}
	return t
}

// Decision is the one that lets t take its step, with a check.
func (t *Thread) Decision() int32 { return t.Nth | t.Op.check()<<checkShift }

// Steps returns how many of the decisions let a thread take a step.
func (s Schedule) Steps() (n int) {
	for _, d := range s {
		if d >= 0 {
			n++
		}
	}
	return n
}

// The form of a schedule as text
//
//	v1.0s0l1_3.2=1c0-5be1
//
// is: thread 0 stores to object 0 and loads object 1 three times; thread 2 (Choose returns
// 1) does a CAS on object 0; check sum. Long ones are compressed and begin with v1z.
const (
	scheduleVersion = "v1"
	longSchedule    = 200     // characters; longer ones are compressed
	maxSchedule     = 1 << 22 // decisions; more are not believed
)

// kindLetters are part of the form: what a letter means never changes within a version. A
// step of which nothing is known is y.
var kindLetters = [...]byte{
	OpNone: 'y', OpLoad: 'l', OpStore: 's', OpSwap: 'x', OpCAS: 'c', OpAdd: 'a', OpAnd: 'd',
	OpOr: 'o', OpLock: 'L', OpTryLock: 'T', OpUnlock: 'U', OpRLock: 'R', OpTryRLock: 'A',
	OpRUnlock: 'V', OpNoteSleep: 'n', OpNoteWakeup: 'w', OpNoteClear: 'k', OpCondWait: 'W',
	OpSignal: 'g', OpBroadcast: 'b', OpFutexWait: 'f', OpFutexWake: 'F', OpWoken: 'e',
	OpTimeout: 'i', OpJoin: 'j', OpNow: 't', OpDrain: 'D', OpRecord: 'r',
}

// String returns the schedule as one word, for the flag -explore.replay.
func (s Schedule) String() string {
	text := s.text()
	version := scheduleVersion
	if len(text) > longSchedule {
		var b bytes.Buffer
		// It fails only for a level that does not exist.
		w, _ := flate.NewWriter(&b, flate.BestCompression)
		io.WriteString(w, text)
		w.Close()
		version, text = scheduleVersion+"z", base64.RawURLEncoding.EncodeToString(b.Bytes())
	}
	return version + text + "-" + checksum(version+text)
}

func checksum(text string) string {
	return fmt.Sprintf("%04x", crc32.ChecksumIEEE([]byte(text))&0xffff)
}

func (s Schedule) text() string {
	var b strings.Builder
	thread := int32(-1)
	for i := 0; i < len(s); {
		d, n := s[i], 1
		for i+n < len(s) && s[i+n] == d {
			n++
		}
		i += n
		if d >= 0 && d&PlaceMask != thread {
			thread = d & PlaceMask
			fmt.Fprintf(&b, ".%d", thread)
		}
		b.WriteString(runLength(n, decision(d)))
	}
	return b.String()
}

// decision returns d as text, without the thread.
func decision(d int32) string {
	if d < 0 {
		return fmt.Sprintf("=%d", ChoiceOf(d))
	}
	c := d >> checkShift
	letter := string(kindLetters[c&kindMask])
	if o := c >> objectShift; o > 0 {
		return letter + strconv.Itoa(int(o-1))
	}
	return letter
}

func runLength(n int, text string) string {
	if n < 3 {
		return strings.Repeat(text, n)
	}
	return fmt.Sprintf("%s_%d", text, n)
}

// ParseSchedule reads what [Schedule.String] wrote.
func ParseSchedule(text string) (Schedule, error) {
	text = strings.TrimSpace(text)
	body, why := unwrapped(text)
	p := scheduleParser{rest: body, thread: -1}
	for why == "" && p.rest != "" {
		if p.decision(); p.err != "" {
			why = fmt.Sprintf("%s, before %q", p.err, p.rest[:min(len(p.rest), 10)])
		}
	}
	if why == "" {
		return p.s, nil
	}
	if len(text) > 40 {
		text = text[:40] + "..."
	}
	return nil, fmt.Errorf(
		"explore: not a schedule: %q: %s; copy the whole word after -explore.replay=", text, why)
}

// unwrapped takes version, check sum and compression off a schedule; why is what is wrong
// with them.
func unwrapped(text string) (body, why string) {
	check := ""
	if i := strings.LastIndexByte(text, '-'); i >= 0 {
		text, check = text[:i], text[i+1:]
	}
	body, known := strings.CutPrefix(text, scheduleVersion)
	switch {
	case !strings.HasPrefix(text, "v"):
		return "", "it must begin with " + scheduleVersion
	case !known:
		return "", "it is of another version than " + scheduleVersion +
			", which this package reads: find the violation again"
	case checksum(text) != check:
		return "", "its check sum is wrong: something is missing or has been changed"
	}
	packed, long := strings.CutPrefix(body, "z")
	if !long {
		return body, ""
	}
	raw, err := base64.RawURLEncoding.DecodeString(packed)
	if err != nil {
		return "", err.Error()
	}
	packedBytes := flate.NewReader(bytes.NewReader(raw))
	unpacked, err := io.ReadAll(io.LimitReader(packedBytes, 8*maxSchedule))
	if err != nil {
		return "", err.Error()
	}
	return string(unpacked), ""
}

type scheduleParser struct {
	rest   string
	s      Schedule
	thread int32 // -1: none yet
	err    string
}

// decision reads one, or several that are the same, or a change of thread.
func (p *scheduleParser) decision() {
	c := p.rest[0]
	p.rest = p.rest[1:]
	var d int32
	switch kind := bytes.IndexByte(kindLetters[:], c); {
	case c == '.':
		p.thread = p.number(PlaceMask)
		return
	case c == '=':
		d = choiceDecision(int(p.number(MaxChoices)))
	case kind < 0:
		p.err = fmt.Sprintf("%q means nothing", c)
	case p.thread < 0:
		p.err = "a step of no thread"
	default:
		check := int32(kind)
		if p.digit() {
			check |= (p.number(lastObject-1) + 1) << objectShift
		}
		d = p.thread | check<<checkShift
	}
	n := int32(1)
	if strings.HasPrefix(p.rest, "_") {
		p.rest = p.rest[1:]
		n = p.number(maxSchedule)
	}
	if len(p.s)+int(n) > maxSchedule {
		p.err = "it is too long"
	}
	for ; n > 0 && p.err == ""; n-- {
		p.s = append(p.s, d)
	}
}

func (p *scheduleParser) digit() bool {
	return p.rest != "" && '0' <= p.rest[0] && p.rest[0] <= '9'
}

// number reads a number up to most.
func (p *scheduleParser) number(most int64) int32 {
	n := int64(0)
	if !p.digit() {
		p.err = "a number is missing"
	}
	for p.digit() {
		n = n*10 + int64(p.rest[0]-'0')
		p.rest = p.rest[1:]
		if n > most {
			p.err = "a number is too large"
			return 0
		}
	}
	return int32(n)
}
