package check_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

// Comments and pages as paragraphs and sentences. Headings, tables, and what a
// program generates are left out.

// paragraph is flowed text, or one preformatted line.
type paragraph struct {
	file         string
	lines        []numbered
	preformatted bool // code, a table, a list in columns
}

// numbered is a line of a file.
type numbered struct {
	n    int
	text string
}

// sentence stands at line, or goes on there.
type sentence struct {
	line int
	text string
}

// prose returns the paragraphs of the tree: those of each page, then those of
// each source's comments.
func (t *tree) prose() (all []paragraph) {
	for _, p := range t.pages {
		all = append(all, p.paragraphs()...)
	}
	for _, s := range t.source {
		all = append(all, t.commentParagraphs(s)...)
	}
	return all
}

// flow puts lines together to paragraphs.
type flow struct {
	file     string
	markdown bool
	done     []paragraph
	open     []numbered
	item     int // in a list: the column at which the text of its items begins
}

var (
	itemMark = regexp.MustCompile(`^ *([-*+•]|\d+[.)])\s+`)
	mdHead   = regexp.MustCompile(`^#+ `)
)

func (f *flow) add(n int, text string) {
	mark := itemMark.FindString(text)
	switch {
	case strings.TrimSpace(text) == "":
		f.end()
	case mdHead.MatchString(text):
		f.end()
		f.item = 0
	case f.isCode(text):
		f.end()
		f.done = append(f.done, paragraph{f.file, []numbered{{n, text}}, true})
	case mark != "" && (len(f.open) == 0 || f.item > 0 || mark[0] == ' ' || f.markdown):
		f.end()
		f.item = len(mark)
		f.open = append(f.open, numbered{n, text[len(mark):]})
	default:
		if len(f.open) == 0 && text[0] != ' ' {
			f.item = 0
		}
		f.open = append(f.open, numbered{n, strings.TrimSpace(text)})
	}
}

func (f *flow) end() {
	if len(f.open) > 0 {
		f.done = append(f.done, paragraph{file: f.file, lines: f.open})
	}
	f.open = nil
}

// isCode: by its indentation. In a list, text has the indentation of its item.
func (f *flow) isCode(text string) bool {
	if text[0] == '\t' {
		return true
	}
	indent := len(text) - len(strings.TrimLeft(text, " "))
	switch {
	case f.item > 0:
		return len(f.open) == 0 && indent >= f.item+4
	case f.markdown:
		return len(f.open) == 0 && indent >= 4
	default:
		return indent >= 2 && !itemMark.MatchString(text)
	}
}

// directive is a comment for a program, such as //go:noinline.
var directive = regexp.MustCompile(`^//[a-z]+:[a-z]|^// \+build|^//line `)

// outputMark begins what an example prints.
var outputMark = regexp.MustCompile(`(?i)^// (unordered )?output:`)

// commentParagraphs: each group of comments begins anew.
func (t *tree) commentParagraphs(s *source) []paragraph {
	f := flow{file: s.path}
	for _, group := range s.ast.Comments {
		f.item = 0
		for _, c := range group.List {
			if outputMark.MatchString(c.Text) {
				break
			}
			at := t.fset.Position(c.Pos()).Line
			for i, line := range strings.Split(c.Text, "\n") {
				if directive.MatchString(line) {
					f.end()
					continue
				}
				f.add(at+i, uncomment(line))
			}
		}
		f.end()
	}
	return f.done
}

// uncomment takes the marks of a comment off.
func uncomment(line string) string {
	line = strings.TrimPrefix(strings.TrimPrefix(line, "//"), "/*")
	return strings.TrimPrefix(strings.TrimSuffix(line, "*/"), " ")
}

// paragraphs: of what people wrote.
func (p *page) paragraphs() []paragraph {
	f := flow{file: p.path, markdown: true}
	p.written(func(n int, line string, code bool) {
		if code {
			f.end()
			f.done = append(f.done, paragraph{f.file, []numbered{{n, line}}, true})
			return
		}
		if line = strings.TrimPrefix(line, "> "); strings.HasPrefix(line, "|") {
			f.end()
			return
		}
		f.add(n, line)
	})
	f.end()
	return f.done
}

// written calls f with the lines that no program has written; code says that a
// fence encloses the line. What is left out is an empty line.
func (p *page) written(f func(n int, line string, code bool)) {
	generated, fenced := false, false
	for i, line := range p.lines {
		switch {
		case strings.HasPrefix(line, "<!-- begin of what "):
			generated = true
			f(i+1, "", false)
		case strings.HasPrefix(line, "<!-- end -->"):
			generated = false
		case generated:
		case strings.HasPrefix(strings.TrimSpace(line), "```"):
			fenced = !fenced
			f(i+1, "", false)
		default:
			f(i+1, line, fenced)
		}
	}
}

// sentences of a paragraph.
func (p paragraph) sentences() (all []sentence) {
	var text strings.Builder
	var starts []int // of the lines in text
	for _, l := range p.lines {
		starts = append(starts, text.Len())
		text.WriteString(l.text + " ")
	}
	whole, from := text.String(), 0
	for _, end := range sentenceEnds(whole) {
		i := 0
		for i+1 < len(starts) && starts[i+1] <= from {
			i++
		}
		all = append(all, sentence{p.lines[i].n, strings.TrimSpace(whole[from:end])})
		from = end
	}
	return all
}

var (
	maybeEnd  = regexp.MustCompile(`([.!?])["')\]*_` + "`" + `]*\s+|([:;])\s+`)
	shortened = regexp.MustCompile(`(^|[\s("])(e\.g|i\.e|cf|vs|al|pp?|[Ss]ec|[Ff]ig|[Nn]o)\.$`)
)

// sentenceEnds returns where the sentences of text end. A colon or semicolon
// ends one before a capital letter, a quotation or a parenthesis.
func sentenceEnds(text string) (ends []int) {
	for _, m := range maybeEnd.FindAllStringSubmatchIndex(text, -1) {
		mark := max(m[2], m[4])
		next, _ := utf8.DecodeRuneInString(text[m[1]:])
		before := text[:mark+1]
		opens := unicode.IsUpper(next) || strings.ContainsRune("[(\"'`", next)
		switch {
		case m[1] == len(text):
		case m[4] >= 0 || strings.HasSuffix(before, ".."):
			if !opens {
				continue
			}
		case shortened.MatchString(before):
			continue
		}
		ends = append(ends, m[1])
	}
	if len(ends) == 0 || ends[len(ends)-1] < len(text) {
		ends = append(ends, len(text))
	}
	return ends
}

func TestProse(t *testing.T) {
	for name, c := range map[string]struct {
		file, source string
		want         []string // line: sentence; a # before what is preformatted
	}{
		"lines flow": {"a.md", "One\ntwo. Three\nfour. Five\n", []string{
			"1: One two.", "2: Three four.", "3: Five"}},
		"ends": {"a.md", "A b? C (d.) e: f; G! \"H.\" 5 i: J", []string{
			"1: A b?", "1: C (d.)", "1: e: f;", "1: G!", "1: \"H.\"", "1: 5 i:", "1: J"}},
		"an identifier begins a sentence": {"a.md", "Of P. waits counts.", []string{
			"1: Of P.", "1: waits counts."}},
		"no ends": {"a.md", "See e.g. a.b, i.e. c, ... d (cf. E, sec. 2, 1.5).", []string{
			"1: See e.g. a.b, i.e. c, ... d (cf. E, sec. 2, 1.5)."}},
		"lists of pages": {"a.md", "A\n- b\n  c\n- d\n\n  e\n\n      f\n\n1. g\n10. h\n" +
			"i\n", []string{
			"1: A", "2: b c", "4: d", "6: e", "#8:       f", "10: g", "11: h i"}},
		"no text": {"a.md", "# A\nb\n| c |\n\n    d\n```\ne\n```\n> f\n", []string{
			"2: b", "#5:     d", "#7: e", "9: f"}},
		"what is generated": {"a.md", "a\n<!-- begin of what b writes -->\nc\n<!-- end -->\n" +
			"d\n", []string{
			"1: a", "5: d"}},
		"comments": {"a.go", "// A is\n// b.\npackage a\n\nvar c int // d\nvar e int // f\n\n" +
			"/* g\nh */\n", []string{
			"1: A is b.", "5: d", "6: f", "8: g h"}},
		"lists of comments": {"a.go", "package a\n\n// A:\n//\n//   - b\n//     c\n//  2. d\n//\n" +
			"// 3. is e\n//\n" +
			"//\tf  f.go\n//\n// # G\n//\n// H - i\n// - j\n", []string{
			"3: A:", "5: b c", "7: d", "9: is e", "#11: \tf  f.go", "15: H - i - j"}},
		"no comments": {"a.go", "//go:build x\n\npackage a\n\n//go:noinline\n//lint:ignore A b\n" +
			"// C.\nvar d = `\n// e`\n\n" +
			"// Output:\n// f\n", []string{"7: C."}},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, p := range inMemory(t, map[string]string{c.file: c.source}).prose() {
				if p.preformatted {
					got = append(got, fmt.Sprintf("#%d: %s", p.lines[0].n, p.lines[0].text))
					continue
				}
				for _, s := range p.sentences() {
					got = append(got, fmt.Sprintf("%d: %s", s.line, s.text))
				}
			}
			require.Equal(t, c.want, got)
		})
	}
}
