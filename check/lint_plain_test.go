package check_test

import (
	"fmt"
	"regexp"
	"strings"
)

const maxSentenceWords = 34

// What is said in one word, or is not part of the sentence.
var unspoken = []struct {
	from *regexp.Regexp
	to   string
}{
	{regexp.MustCompile(`!?\[([^\]]*)\]\([^)]*\)`), "$1"},                   // a link
	{regexp.MustCompile("`[^`]*`"), "code"},                                 // code
	{regexp.MustCompile(`https?://\S+`), "link"},                            // an address
	{regexp.MustCompile(`\((?:[A-Z][^()]*)?\b(?:19|20)\d\d\b[^()]*\)`), ""}, // a citation
	{regexp.MustCompile(`<[a-z/!][^<>]*>`), ""},                             // HTML
	{regexp.MustCompile(`\\[|]|\*\*`), ""},                                  // Markdown
}

func spoken(text string) string {
	for _, u := range unspoken {
		text = u.from.ReplaceAllString(text, u.to)
	}
	return text
}

var word = regexp.MustCompile(`[\pL\pN][\pL\pN_'’\-./()*\[\]]*`)

// sentencesAreShort: one that is long makes more than one statement.
var sentencesAreShort = rule{
	name: "sentences are short",
	find: func(t *tree) (found []finding) {
		for _, p := range t.prose() {
			if p.preformatted || isResult(p.file) {
				continue
			}
			for _, s := range p.sentences() {
				if n := len(word.FindAllString(spoken(s.text), -1)); n > maxSentenceWords {
					found = append(found, finding{p.file, s.line,
						fmt.Sprintf("a sentence of %d words: %s", n, begin(s.text)),
						fmt.Sprintf("say one thing a sentence; %d is the limit", maxSentenceWords)})
				}
			}
		}
		return found
	},
	bad: map[string]string{
		"host/a.go": text("package host", "", "// Short. It is", "// "+words(33)+". Short.",
			"var x int"),
		"host/b.go": text("package host", "", "var x int // "+words(35)),
		"host/c.go": text("package host", "", "//   - "+words(10), "//     "+words(25), "var x "+
			"int"),
		"a.md": text("1. "+words(20), "   "+words(15), "2. "+words(20)),
		"b.md": text(words(30) + " `a`, [b c](d/e/f), http://g.h/i, j."),
	},
	want: []string{
		"a.md:1: a sentence of 35 words",
		"b.md:1: a sentence of 35 words",
		"host/a.go:3: a sentence of 35 words: It is word",
		"host/b.go:3: a sentence of 35 words",
		"host/c.go:3: a sentence of 35 words",
	},
	good: map[string]string{
		"host/a.go": text("package host", "", "// "+words(34)+". "+words(34), "//",
			"//\t"+words(50),
			"var x int"),
		"host/b.go": text("package host", "", "// "+words(34)+" (Doe and Poe, 1999).", "var x "+
			"int"),
		"a.md":         text("- "+words(34), "- "+words(33)+" `"+words(50)+"`", "", "| "+words(50)),
		"results/a.md": words(50),
	},
}

func text(lines ...string) string { return strings.Join(lines, "\n") + "\n" }

// words returns n words.
func words(n int) string { return strings.TrimSpace(strings.Repeat("word ", n)) }

func begin(text string) string {
	if r := []rune(text); len(r) > 60 {
		return string(r[:60]) + "..."
	}
	return text
}

// isResult: the folder results is written by programs.
func isResult(file string) bool {
	return within(file, "results") || strings.Contains(file, "/testdata/")
}

var (
	// whoSubject: a clause that begins with "who". After a noun ("a thread who") it
	// is wrong, too, but only a reader can tell.
	whoSubject = regexp.MustCompile(`(^|[,;:.(] ?|` +
		`\b(and|or|but|for|of|to|by|with|than|as|that|if|so|what) )` +
		`([Ww]ho|[Ww]hom)\b|\b[Ww]ho(m|se)?(so)?ever\b`)
	person = regexp.MustCompile(`\b([Hh]e|[Hh]im|[Hh]is|[Hh]imself)\b`)
	quoted = regexp.MustCompile(`"[^"]*"`)
)

// subjectsAreNouns: a clause about "who" hides its subject, and threads and
// programs are not persons.
var subjectsAreNouns = rule{
	name: "subjects are nouns",
	find: func(t *tree) (found []finding) {
		for _, p := range t.prose() {
			if isResult(p.file) {
				continue
			}
			for _, s := range p.sentences() {
				text := quoted.ReplaceAllString(spoken(s.text), "")
				if m := whoSubject.FindStringIndex(text); m != nil {
					found = append(found, finding{p.file, s.line, "a clause of who: " +
						begin(text[m[0]:]),
						"name it: the caller, the thread that ..., an M that ..."})
				}
				if m := person.FindStringIndex(text); m != nil {
					found = append(found, finding{p.file, s.line, "a person: " + begin(text[m[0]:]),
						"a thread, a program or an M is \"it\""})
				}
			}
		}
		return found
	},
	bad: map[string]string{
		"host/a.go": text("package host", "", "// Text.", "// Who comes first", "// has his turn.",
			"var x int // for whoever waits"),
		"host/b.go": text("package host", "", "// A list:", "//",
			"//\t1. The lock is his.   1. He takes it.", "var x int"),
		"a.md": text("Text, and of", "who waits (whoever it is)."),
	},
	want: []string{
		"a.md:1: a clause of who",
		"host/a.go:4: a clause of who: Who comes first has his",
		"host/a.go:4: a person: his turn",
		"host/a.go:6: a clause of who: whoever",
		"host/b.go:5: a person: his",
		"host/b.go:5: a person: He takes",
	},
	good: map[string]string{
		"host/a.go": "package host\n\n" +
			"// The thread that comes first has its turn; the history, the whole, \"who\".\n" +
			"var he, who int // code: `who`\n",
		"a.md":         "People who use it, `whoever`.\n",
		"results/a.md": "Who.",
	},
}
