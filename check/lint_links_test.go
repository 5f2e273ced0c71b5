package check_test

import (
	"path"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// mdLink is a link or a picture, in Markdown or in HTML.
var mdLink = regexp.MustCompile(`\]\(([^()\s]+)\)|\b(?:src|href|srcset)="([^"\s]+)"`)

// linksLeadSomewhere: a page's links lead to files and headings that exist.
// Addresses of other places are left alone.
var linksLeadSomewhere = rule{
	name: "links lead somewhere",
	find: func(t *tree) (found []finding) {
		for _, p := range t.pages {
			for i, line := range p.lines {
				for _, m := range mdLink.FindAllStringSubmatch(line, -1) {
					if why := t.broken(p, m[1]+m[2]); why != "" {
						found = append(found, finding{p.path, i + 1, why, "correct the link"})
					}
				}
			}
		}
		return found
	},
	bad: map[string]string{
		"a.md":     "[a](b.md) and [c](sub/d.md)\n[e](#f), [g](sub/h.md#i)\n<img src=\"p.svg\">",
		"sub/h.md": "![x](../q.svg)\n",
	},
	want: []string{
		"a.md:1: no file b.md",
		"a.md:1: no file sub/d.md",
		"a.md:2: a.md has no heading #f",
		"a.md:2: sub/h.md has no heading #i",
		"a.md:3: no file p.svg",
		"sub/h.md:1: no file q.svg",
	},
	good: map[string]string{
		"a.md": "# A b, `c`: d!\n" +
			"[x](#a-b-c-d), [y](sub), [z](sub/h.md#e), [w](https://x.y/z)\n",
		"sub/h.md": "## E\n[x](../a.md#a-b-c-d)\n",
	},
}

// broken says why a link of p leads nowhere, or "".
func (t *tree) broken(p *page, link string) string {
	if strings.Contains(link, "://") || strings.HasPrefix(link, "mailto:") {
		return ""
	}
	target, anchor, _ := strings.Cut(link, "#")
	file := p.path
	if target != "" {
		file = path.Join(path.Dir(p.path), target)
	}
	if !exists(t.fsys, file) {
		return "no file " + file
	}
	for _, other := range t.pages {
		if other.path == file && anchor != "" && !other.hasHeading(anchor) {
			return file + " has no heading #" + anchor
		}
	}
	return ""
}

func (p *page) hasHeading(anchor string) bool {
	return slices.ContainsFunc(p.lines, func(line string) bool {
		return mdHead.MatchString(line) && anchorOf(strings.TrimLeft(line, "# ")) == anchor
	})
}

// anchorOf a heading, as GitHub makes it.
func anchorOf(heading string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '-'
		case r == '-' || r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r):
			return unicode.ToLower(r)
		}
		return -1
	}, heading)
}
