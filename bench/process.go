package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"syscall"
	"time"
)

// process is a program that runs until it is stopped.
type process struct {
	cmd   *exec.Cmd
	log   *os.File // what it prints
	ended chan struct{}
	begun time.Time
	how   error // it ended; nobody reads this before it has
}

// command is a program that is told to end when ctx does: by end first, and ten
// seconds later by force. It also ends with us, should we be killed.
func command(ctx context.Context, end syscall.Signal, program string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Cancel = func() error { return cmd.Process.Signal(end) }
	cmd.WaitDelay = 10 * time.Second
	// A group of its own: Ctrl-C reaches us alone, and we end things in order.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: end}
	return cmd
}

// start starts cmd; what it prints goes to a file in folder.
func start(cmd *exec.Cmd, folder string) (*process, error) {
	log, err := os.CreateTemp(folder, filepath.Base(cmd.Path)+"-*.log")
	if err != nil {
		return nil, err
	}
	cmd.Stdout, cmd.Stderr = log, log
	p := &process{cmd: cmd, log: log, ended: make(chan struct{})}
	begun := make(chan error)
	go func() {
		// The kernel sends Pdeathsig when the thread that started a program ends,
		// so this one stays for as long.
		runtime.LockOSThread()
		p.begun = time.Now()
		err := cmd.Start()
		begun <- err
		if err == nil {
			p.how = cmd.Wait()
		}
		close(p.ended)
	}()
	return p, <-begun
}

// stop ends the process and waits for that.
func (p *process) stop() {
	_ = p.cmd.Cancel() // it may have ended by itself
	select {
	case <-p.ended:
	case <-time.After(20 * time.Second):
		_ = p.cmd.Process.Kill()
		<-p.ended
	}
	_ = p.log.Close() // nothing is buffered
}

// await asks every so often until ready is true. It fails as soon as the process
// has ended, and says what that printed.
func (p *process) await(ctx context.Context, every time.Duration, ready func() bool) error {
	ctx, cancel := context.WithTimeout(ctx, 60*time.Second)
	defer cancel()
	for !ready() {
		select {
		case <-p.ended:
			return fmt.Errorf("%s ended at its start:\n%s", p.cmd.Path, p.printed())
		case <-ctx.Done():
			return fmt.Errorf("%s is not ready: %w\n%s", p.cmd.Path, ctx.Err(), p.printed())
		case <-time.After(every):
		}
	}
	return nil
}

// epitaph says how a process ended, if it has, while it was needed.
func (p *process) epitaph() error {
	select {
	case <-p.ended:
		return fmt.Errorf("%s has ended: %v\n%s", p.cmd.Path, p.how, p.printed())
	default:
		return nil
	}
}

// printed is the end of what the process printed.
func (p *process) printed() string {
	const most = 4 << 10
	size, err := p.log.Seek(0, io.SeekEnd)
	if err != nil {
		return ""
	}
	b := make([]byte, min(size, most))
	n, _ := p.log.ReadAt(b, size-int64(len(b))) // what can be read is what there is to show
	return string(b[:n])
}

// freeAddr is an address of this machine that nobody listens on.
func freeAddr() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}
