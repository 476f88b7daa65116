package participant_test

import (
	"net"
	"sync"
)

// network is the way to the server, which can be lost: then every connection is
// cut, and new ones are too.
type network struct {
	net.Listener
	mu   sync.Mutex
	lost bool
	open map[net.Conn]bool
}

func (n *network) Accept() (net.Conn, error) {
	conn, err := n.Listener.Accept()
	if err != nil {
		return nil, err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.open[conn] = true
	if n.lost {
		conn.Close()
	}
	return conn, nil
}

func (n *network) lose(lost bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.lost = lost
	for conn := range n.open {
		if lost {
			conn.Close()
		}
		delete(n.open, conn)
	}
}
