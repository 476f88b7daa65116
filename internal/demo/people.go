package demo

import (
	"fmt"
	"regexp"
)

// person is one scripted person: who they are, what they do, what they would say.
type person struct {
	name, plan string
	months     int
	leaves     string // the event that ends their visit
	answer     string // to the invite: accept, decline, later
	says       words
}

// words are what a person says, by what they are asked for.
type words struct {
	story  string   // what was going on
	reason string   // the main thing
	now    string   // what they use instead
	hoped  string   // what they wanted from it
	change string   // what would have to be different
	more   []string // to further questions, in this order
}

const (
	cancelled = "subscription_cancelled"
	abandoned = "onboarding_abandoned"
)

// people are the twelve. Their reasons overlap as reasons do: three speak of the
// price, three of the accounting export, two of speed, three stop in set-up at
// the mailbox, and one would rather not be asked.
var people = []person{
	{"Amelia Stone", "team", 14, cancelled, "accept", words{
		story:  "The renewal invoice came in and it was a third higher than last year.",
		reason: "The price went up too much for a team of four.",
		now:    "We went back to a shared inbox in our mail program.",
		hoped:  "I wanted nobody to answer the same customer twice.",
		change: "A smaller plan that costs what we paid before would have kept us.",
		more:   []string{"I compared it with two other tools and both cost half.", "My boss asked me to cut every subscription over fifty euros."},
	}},
	{"Ben Okafor", "pro", 9, cancelled, "accept", words{
		story:  "At the end of each month I copy invoices from tickets into our accounting by hand.",
		reason: "There is no export to our accounting software.",
		now:    "We use a help desk that our accountant connects to directly.",
		hoped:  "I hoped billing questions and invoices would live in one place.",
		change: "An export to the accounting software we use, that is all.",
		more:   []string{"It takes me two evenings every month.", "The accountant sends everything back when one number is off."},
	}},
	{"Carla Mendes", "team", 5, cancelled, "accept", words{
		story:  "Every page became slow in the mornings.",
		reason: "It was too slow to work with.",
		now:    "We are trying another help desk this week.",
		hoped:  "I hoped we would answer faster than by mail.",
		change: "It would have to load as quickly as in the first month.",
		more:   []string{"Since about two thousand tickets it is slow on every click.", "Customers waited on the line because everything was so slow."},
	}},
	{"Daniel Weiss", "team", 22, cancelled, "accept", words{
		story:  "We lost a customer and had to look at every cost.",
		reason: "It is too expensive for what we use of it.",
		now:    "A spreadsheet and our mail, for now.",
		hoped:  "It was meant to save us one hire.",
		change: "A cheaper plan for small teams would have been enough.",
		more:   []string{"We only use the inbox and pay for everything else too.", "The price per seat adds up with people who answer twice a week."},
	}},
	{"Elif Kaya", "pro", 11, cancelled, "accept", words{
		story:  "Our accountant asked for the invoices in her format again.",
		reason: "The missing accounting export was the main thing.",
		now:    "We moved to a tool that has the accounting export built in.",
		hoped:  "I wanted refunds to show up in our books by themselves.",
		change: "If you had an accounting export we would still be here.",
		more:   []string{"I typed refunds over by hand every Friday.", "We lost a day in March because two refunds were missing."},
	}},
	{"Farid Nouri", "starter", 3, cancelled, "accept", words{
		story:  "Search kept spinning when I looked for an old ticket.",
		reason: "The search is slow and sometimes never comes back.",
		now:    "I search in my own mail again.",
		hoped:  "I wanted to find what we told a customer last time.",
		change: "A search that answers at once.",
		more:   []string{"I waited half a minute with a customer on the line.", "It was slow on my phone as well."},
	}},
	{"Grace Lin", "team", 18, cancelled, "accept", words{
		story:  "I saw the new price on the card statement.",
		reason: "The price increase came without any warning.",
		now:    "We share one mailbox again until we find something cheaper.",
		hoped:  "I hoped to see at a glance who answers whom.",
		change: "Keep the old price for those who have been here for a while.",
		more:   []string{"It went from forty to sixty a month overnight.", "I would have stayed at the old price."},
	}},
	{"Hugo Brandt", "pro", 7, cancelled, "accept", words{
		story:  "Our bookkeeping moved to a new system in the summer.",
		reason: "Northdesk cannot send invoices to our accounting software.",
		now:    "Another help desk with an accounting integration.",
		hoped:  "One place for orders, questions and invoices.",
		change: "A working accounting integration.",
		more:   []string{"Without the integration I export files and rename columns.", "Two colleagues stopped using it because of that."},
	}},
	{"Ines Rossi", "trial", 0, abandoned, "accept", words{
		story:  "I typed in the company name and then it wanted our mailbox.",
		reason: "I did not have the password of our mailbox at hand.",
		now:    "I left it open in a tab and went back to mail.",
		hoped:  "I wanted to try it with one colleague.",
		change: "Let me look around before connecting the mailbox.",
		more:   []string{"Only our IT person knows the mailbox password.", "I could not see what happens to our mails after connecting."},
	}},
	{"Jonas Holm", "trial", 0, abandoned, "accept", words{
		story:  "I got to the step where the mailbox has to be connected.",
		reason: "Connecting the mailbox needed rights that I do not have.",
		now:    "Nothing yet, I asked our admin.",
		hoped:  "I came to get our support out of my private inbox.",
		change: "A sample mailbox to try it without asking the admin.",
		more:   []string{"The admin is away until Monday.", "It said permission denied and nothing else."},
	}},
	{"Keiko Mori", "trial", 0, abandoned, "accept", words{
		story:  "I filled in the form and stopped at connecting the mailbox.",
		reason: "I was not sure who can read our mailbox after connecting it.",
		now:    "We keep using the shared inbox.",
		hoped:  "I wanted to see how tickets look.",
		change: "Tell me what is read from the mailbox before I connect it.",
		more:   []string{"There are contracts in that mailbox.", "I looked for a page about privacy and did not find one."},
	}},
	{"Liam Byrne", "starter", 2, cancelled, "decline", words{}},
}

// the kinds of question, by words of the question; the first that fits wins.
var kinds = []struct {
	asked *regexp.Regexp
	pick  func(w words) string
}{
	{regexp.MustCompile(`(?i)main thing|biggest factor|in the way|needed to carry on`), func(w words) string { return w.reason }},
	{regexp.MustCompile(`(?i)use for that now|from here|do instead|at the moment`), func(w words) string { return w.now }},
	{regexp.MustCompile(`(?i)hoping|job did you|come to`), func(w words) string { return w.hoped }},
	{regexp.MustCompile(`(?i)different|smallest change|bring you back`), func(w words) string { return w.change }},
	{regexp.MustCompile(`(?i)going on when you|day you decided|through what happened|last thing you did`), func(w words) string { return w.story }},
	{regexp.MustCompile(`(?i)anything else`), func(words) string { return "No, that is everything." }},
}

// script answers questions one after the other, saying nothing twice.
type script struct {
	words words
	said  map[string]bool
	next  int
}

// reply is what the person says to a question.
func (s *script) reply(question string) string {
	for _, k := range kinds {
		if answer := k.pick(s.words); k.asked.MatchString(question) && !s.said[answer] {
			s.said[answer] = true
			return answer
		}
	}
	if s.next < len(s.words.more) {
		s.next++
		return s.words.more[s.next-1]
	}
	return "That is about all I can say to that."
}

// userID names the nth person; from the thirteenth on they come again as others.
func userID(n int) string { return fmt.Sprintf("sample_%02d", n+1) }
