package analysis

import (
	"fmt"

	"github.com/usercall/usercall/internal/research"
)

// script is a conversation: question, answer, question, answer, …
type script []string

// twelve are people who cancelled: four over the price, three over the
// accounting export, three over slowness and bugs, two for reasons of their own.
var twelve = []script{
	{qTrigger, "We got the renewal mail and the price had gone up by a third.", qMore, "For what we use it for it is just too expensive.", qAlternative, "Probably a spreadsheet for now.", qLast, "No, that's it, thanks."},
	{qTrigger, "My manager went through all our subscriptions.", qReason, "Honestly the price. It was hard to justify what it cost for three people.", qAlternative, "We went back to Trello.", qLast, "Nothing else, thanks."},
	{qTrigger, "Our budget got cut and I couldn't justify paying that much per seat.", qReason, "Mainly the cost, it was too expensive for a small team.", qLast, "Nope."},
	{qTrigger, "I looked at what I pay every month.", qReason, "It's too much money for how rarely I open it. The price is fine for agencies but not for me.", qGoal, "I wanted to keep track of invoices.", qAlternative, "Pen and paper."},
	{qTrigger, "Our accountant needs everything in her accounting software.", qReason, "There was no export to our accounting tool, so I typed everything twice.", qAlternative, "We moved to QuickBooks.", qLast, "No, I think we covered it."},
	{qTrigger, "At the end of the quarter I had to do the books.", qReason, "It doesn't connect to Xero. The missing accounting export was the whole reason.", qAlternative, "Xero itself.", qLast, "That's all."},
	{qTrigger, "I kept copying and pasting numbers for our bookkeeper.", qReason, "No integration with our accounting system, we needed an export and it wasn't there.", qChange, "An accounting export.", qLast, "No."},
	{qTrigger, "The dashboard took forever to load every morning.", qReason, "It was too slow. Pages took ten seconds to load.", qAlternative, "Something lighter.", qLast, "No thanks."},
	{qTrigger, "It crashed twice in front of a client.", qReason, "The bugs. It kept crashing and the app got so slow.", qAlternative, "We are looking around.", qLast, "No."},
	{qTrigger, "I lost an hour of work when the page froze.", qReason, "Too many errors and slow loading, I stopped trusting it.", qAlternative, "Back to Excel.", qLast, "Not really."},
	{qTrigger, "The project ended and the client left.", qReason, "We simply have no use for it any more.", qLast, "It was a good product."},
	{qTrigger, "My colleague already pays for another tool.", qReason, "It made no sense to have two.", qLast, "No."},
}

const (
	qTrigger     = "What was going on when you decided to cancel?"
	qReason      = "Of everything you weighed up, what was the main thing behind the decision?"
	qMore        = "Could you tell me a bit more about that?"
	qGoal        = "When you first signed up, what were you hoping it would do for you?"
	qAlternative = "What will you use for that now, if anything?"
	qChange      = "What would have needed to be different for you to stay?"
	qLast        = "Is there anything else that mattered and that we haven't covered?"
)

func (s script) interview(n int) research.Interview {
	iv := research.Interview{PublicID: fmt.Sprintf("itv_%03d", n), State: research.Completed}
	for i, text := range s {
		t := research.Turn{N: i + 1, Speaker: research.Participant, Text: text}
		if i%2 == 0 {
			t.Speaker, t.Question = research.Interviewer, text
		}
		iv.Turns = append(iv.Turns, t)
	}
	return iv
}

func interviews(scripts []script) []research.Interview {
	var out []research.Interview
	for i, s := range scripts {
		out = append(out, s.interview(i+1))
	}
	return out
}

// counter makes ids that tell in which order they were made.
func counter() func(string) string {
	n := 0
	return func(prefix string) string { n++; return fmt.Sprintf("%s%03d", prefix, n) }
}

// stalled are nine people who did not finish setting up a mailing product.
func stalled() []script {
	questions := []string{"What were you hoping to get done when you started?", "Take me through what happened, up to the point where you stopped.",
		"What was in the way at that point?", "What, if anything, did you do instead?"}
	answers := [][]string{
		{"I wanted to send a newsletter to my list.", "I got to the page where you verify the domain and had no idea what a DNS record is.", "The DNS thing. I don't have access to our domain.", "I sent it from Gmail."},
		{"Getting our members a monthly mail.", "It asked me for DNS records and I'd have to ask our IT guy.", "I was waiting for IT to change the domain settings.", "Nothing yet."},
		{"A welcome series for new customers.", "I filled in everything and then it wanted me to verify my domain.", "I couldn't verify the domain, the records never went green.", "Went back to Mailchimp."},
		{"Just curious really.", "I was asked for my credit card before I'd seen anything.", "I don't give my credit card for a trial.", "I looked at other tools."},
		{"To try the templates.", "It wanted a credit card up front.", "Asking for the card before the trial even begins.", "Closed the tab."},
		{"Import my contacts and send an invite.", "I uploaded the spreadsheet and it gave me an error about columns.", "The import failed three times with the same message.", "I wrote to everybody by hand."},
		{"Moving our list from the old tool.", "The CSV import got stuck at 40 percent.", "The import. I tried it twice and gave up.", "Stayed with the old tool."},
		{"Sending a mail to 200 customers.", "Importing the list did not work, half of the contacts were missing.", "I could not get my contacts in.", "Outlook."},
		{"See what it can do.", "There was so much on the screen that I did not know where to begin.", "It was overwhelming, too many options.", "Nothing."},
	}
	var out []script
	for _, said := range answers {
		var s script
		for i := range questions {
			s = append(s, questions[i], said[i])
		}
		out = append(out, append(s, qLast, "no thanks"))
	}
	return out
}
