package analysis

import "slices"

const (
	// growFrom is the number of interviews from which a study grows instead of
	// being fitted anew: a fresh fit of a fifth more people moves many clauses.
	growFrom = 30
	// growUntil times the interviews of the last fit, there is a new one.
	growUntil = 1.5
	// poolFrom clauses without a theme, or a tenth of all, are searched for new
	// themes.
	poolFrom = 6
)

// grows tells whether a study of n interviews keeps its themes and only adds
// to them.
func (s state) grows(n int) bool {
	return len(s.themes) > 0 && s.fitted >= growFrom && float64(n) < growUntil*float64(s.fitted)
}

// grow puts the clauses that the last run placed where they were, new ones
// with the theme they surely belong to, and looks for new themes among the
// rest.
func grow(all []*unit, old state) []cluster {
	groups, rest := oldGroups(all, old)
	judge := learnGroups(groups)
	var pool []*unit
	for _, u := range rest {
		if i := judge.groupOf(u, groups); i >= 0 {
			groups[i].members = append(groups[i].members, u)
		} else {
			pool = append(pool, u)
		}
	}
	if len(pool) >= max(poolFrom, len(all)/10) {
		groups = append(groups, formGroups(pool)...)
	}
	return arrange(groups)
}

// oldGroups are the groups of the last run, and the clauses in none of them.
func oldGroups(all []*unit, old state) (groups []cluster, rest []*unit) {
	placed := map[*unit]bool{}
	for _, t := range old.themes {
		g := cluster{}
		for _, u := range all {
			if t.clauses[u.key()] {
				g.members = append(g.members, u)
				placed[u] = true
			}
		}
		g.findReason()
		groups = append(groups, g)
	}
	for _, u := range all {
		if !placed[u] {
			rest = append(rest, u)
		}
	}
	return groups, rest
}

// placeRest puts clauses of people who stand nowhere where they surely belong.
func placeRest(groups []cluster, all []*unit) []cluster {
	if len(groups) == 0 {
		return nil
	}
	placed := map[string]bool{}
	for _, g := range groups {
		for _, m := range g.members {
			placed[m.interview] = true
		}
	}
	judge := learnGroups(groups)
	for _, u := range all {
		if placed[u.interview] {
			continue
		}
		if i := judge.groupOf(u, groups); i >= 0 {
			groups[i].members = append(groups[i].members, u)
		}
	}
	return groups
}

// groupJudge knows the words of groups.
type groupJudge struct {
	corpus *corpus
	bayes  *bayes
	common []map[string]bool
}

func learnGroups(groups []cluster) *groupJudge {
	var docs []map[string]float64
	var member []int
	j := &groupJudge{}
	for i := range groups {
		for _, u := range groups[i].members {
			docs, member = append(docs, u.document()), append(member, i)
		}
		j.common = append(j.common, groups[i].common(minPeople))
	}
	j.corpus = newCorpus(docs)
	j.bayes = learn(j.corpus, member, len(groups), standard.smoothing)
	return j
}

// groupOf is the group that a clause surely belongs to, or -1.
func (j *groupJudge) groupOf(u *unit, groups []cluster) int {
	row := j.corpus.count(u.document())
	i := j.bayes.classify(row)
	if i < 0 || j.bayes.probabilities(row)[i] < sure || !groups[i].fits(u, j.common[i]) {
		return -1
	}
	return i
}

// arrange names groups, takes those of several people, and orders them.
func arrange(groups []cluster) []cluster {
	nameGroups(groups)
	groups = slices.DeleteFunc(groups, func(g cluster) bool { return g.people() < minPeople || g.label == "" })
	for i := range groups {
		groups[i].sortByCentrality()
	}
	sortGroups(groups)
	return groups
}
