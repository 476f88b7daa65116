package ingest

// fromPostHog turns what PostHog's webhook sends by default into a track:
//
//	{"event": {"uuid", "event", "distinct_id", "timestamp", "properties"}, "person": {"properties"}}
//
// The person's properties become context.traits, so that a trigger may ask for
// them. It tells whether the message has that shape.
func (m *message) fromPostHog() bool {
	event := m.field[fEvent]
	if len(event) == 0 || event[0] != '{' {
		return false
	}
	var name, distinct, properties raw
	each(event, func(key string, v raw) {
		switch key {
		case "event":
			name = v
		case "distinct_id":
			distinct = v
		case "uuid":
			m.field[fMessageID] = v
		case "timestamp":
			m.field[fTimestamp] = v
		case "properties":
			properties = v
		}
	})
	m.field[fEvent], m.field[fProperties] = name, withoutAddress(properties)
	m.personOf(distinct, properties)
	return text(name) != "" && id(distinct) != ""
}

// personOf reads who it was. PostHog's distinct_id is a browser's until somebody
// says who uses it, and says in the properties which of the two it is.
func (m *message) personOf(distinct, properties raw) {
	identified, device := true, raw(nil)
	each(properties, func(key string, v raw) {
		switch key {
		case "$is_identified":
			identified = string(v) != "false"
		case "$device_id":
			device = v
		}
	})
	m.field[fUserID], m.field[fAnonymousID] = distinct, device
	if !identified || id(device) == id(distinct) {
		m.field[fUserID], m.field[fAnonymousID] = nil, distinct
	}
	each(m.field[fPerson], func(key string, v raw) {
		if key == "properties" && v[0] == '{' {
			m.field[fContext] = append(append([]byte(`{"traits":`), v...), '}')
		}
	})
	m.context = contextNote{}
}

// withoutAddress leaves out the address of the person's machine, which PostHog
// has among the properties.
func withoutAddress(properties raw) raw {
	if len(properties) == 0 || properties[0] != '{' {
		return nil
	}
	out := append(make([]byte, 0, len(properties)), '{')
	return append(members(out, properties, func(name string) bool { return name != "$ip" }), '}')
}
