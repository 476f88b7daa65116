package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/usercall/usercall/internal/app"
	"github.com/usercall/usercall/internal/research"
)

type projectDelivery struct {
	Project string `required:"" help:"The project's key, prj_…" placeholder:"KEY"`
	Channel string `required:"" enum:"webhook,slack,email" help:"webhook, slack or email."`
	URL     string `name:"url" xor:"do" help:"Where it goes; - is a line of standard input, which other users of the machine do not see." placeholder:"URL"`
	Remove  bool   `xor:"do" help:"Send nothing there any more."`
	Rotate  bool   `xor:"do" help:"Make a new secret for the webhook; the old one signs too for a day."`
	Resume  bool   `xor:"do" help:"Send again after a pause."`
	Test    bool   `xor:"do" help:"Send a test to the webhook or to Slack."`
	JSON    bool   `name:"json" help:"Print one JSON object."`
}

// delivered is what is printed: only the fields that the call was about.
type delivered struct {
	Project string `json:"project"`
	Channel string `json:"channel"`
	Done    string `json:"done"`
	Secret  string `json:"webhook_secret,omitempty"`
	Status  int    `json:"status,omitempty"`
}

// Run changes where a channel of a project goes.
func (c projectDelivery) Run(ctx context.Context, out io.Writer) error {
	if c.Channel == string(research.ByEmail) && !c.Resume {
		return usage{errors.New("e-mail is set up by USERCALL_SMTP_URL and USERCALL_SMTP_FROM; --resume is all there is to do here")}
	}
	return onProject(ctx, c.Project, func(a *app.App, p *research.Project) error {
		done := delivered{Project: p.Key, Channel: c.Channel}
		if err := c.do(ctx, a, p, &done); err != nil {
			return err
		}
		if c.JSON {
			return json.NewEncoder(out).Encode(done)
		}
		_, err := fmt.Fprintf(out, "%s: %s\n", c.Channel, done.Done)
		if done.Secret != "" {
			_, err = fmt.Fprintf(out, "Secret  %s\nIt is not shown again.\n", done.Secret)
		}
		return err
	})
}

func (c projectDelivery) do(ctx context.Context, a *app.App, p *research.Project, done *delivered) (err error) {
	channel := research.Channel(c.Channel)
	switch {
	case c.URL != "":
		address, err := c.address()
		if err != nil {
			return err
		}
		done.Done = "the address is saved"
		done.Secret, err = a.SaveEndpoint(ctx, p, channel, address)
		return err
	case c.Remove:
		done.Done = "the address is removed"
		_, err = a.SaveEndpoint(ctx, p, channel, "")
	case c.Rotate && channel == research.ByWebhook:
		done.Done = "there is a new secret; the old one signs too for a day"
		done.Secret, err = a.RotateDelivery(ctx, p)
	case c.Resume:
		done.Done = "sending goes on"
		err = a.ResumeDelivery(ctx, p, channel)
	case c.Test:
		tested, err := a.TestDelivery(ctx, p, channel, "")
		if err == nil && tested.Error != "" {
			err = fmt.Errorf("the test failed: %s", tested.Error)
		}
		done.Done, done.Status = fmt.Sprintf("the test was taken with %d", tested.Status), tested.Status
		return err
	default:
		return usage{errors.New("say what to do: --url URL, --remove, --resume, --test, or with webhook --rotate")}
	}
	return err
}

// address is the flag, or a line of standard input.
func (c projectDelivery) address() (string, error) {
	if c.URL != "-" {
		return c.URL, nil
	}
	line, err := bufio.NewReader(io.LimitReader(os.Stdin, 4<<10)).ReadString('\n')
	if line = strings.TrimSpace(line); line == "" {
		return "", usage{errors.Join(errors.New("there is no address on standard input"), ignoreEnd(err))}
	}
	return line, nil
}

func ignoreEnd(err error) error {
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}
