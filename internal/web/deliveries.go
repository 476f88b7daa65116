package web

import (
	"net/http"

	"github.com/usercall/usercall/internal/report"
	"github.com/usercall/usercall/internal/research"
)

// deliveriesView is the list of what was sent, and what was not.
type deliveriesView struct {
	shell
	pager
	Rows   []report.Delivery
	Filter report.DeliveryFilter
	Done   bool   // one was just taken up again
	Wrong  string // why it could not be
}

// States and Ways are what one can filter by.
func (deliveriesView) States() []research.DeliveryState {
	return []research.DeliveryState{research.DeliveryWaiting, research.DeliverySent, research.DeliveryFailed, research.DeliveryCancelled}
}

func (deliveriesView) Ways() []research.Channel { return research.Channels }

// Filtered tells whether the list is only a part.
func (v deliveriesView) Filtered() bool {
	return v.Filter != (report.DeliveryFilter{}) || v.First != ""
}

func (d *dashboard) deliveries(w http.ResponseWriter, r *request) error {
	if r.query("format") == "csv" {
		return d.deliveriesCSV(w, r, r.deliveryFilter())
	}
	return d.listDeliveries(w, r, http.StatusOK, deliveriesView{Done: r.query("done") != ""})
}

func (r *request) deliveryFilter() report.DeliveryFilter {
	return report.DeliveryFilter{State: research.DeliveryState(r.query("state")), Channel: research.Channel(r.query("channel"))}
}

func (d *dashboard) listDeliveries(w http.ResponseWriter, r *request, status int, v deliveriesView) error {
	page, err := r.window()
	if err != nil {
		return err
	}
	v.Filter = r.deliveryFilter()
	list, err := d.Reports.Deliveries(r.Context(), r.project.ID, v.Filter, page)
	if err != nil {
		return err
	}
	v.shell, v.pager, v.Rows = r.shell("Deliveries", "Settings"), r.pager(list.Next), list.Rows
	return d.render(w, status, "deliveries", v)
}

// sendAgain has a delivery that failed tried once more.
func (d *dashboard) sendAgain(w http.ResponseWriter, r *request) error {
	err := d.Commands.SendAgain(r.Context(), r.project, r.path("delivery"))
	switch {
	case err == nil:
		return back(w, r, "/deliveries?done=again")
	case !mistaken(err):
		return err
	}
	return d.listDeliveries(w, r, tell(w, err), deliveriesView{Wrong: message(err)})
}
