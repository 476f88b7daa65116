package research

import (
	"errors"
	"fmt"
)

// Code is the stable, public name of a kind of failure. It stands in problem
// documents, so its values never change.
type Code string

const (
	Invalid         Code = "invalid"
	NotFound        Code = "not_found"
	Conflict        Code = "conflict"
	Unauthenticated Code = "unauthenticated"
	Forbidden       Code = "forbidden"
	TooLarge        Code = "too_large"
	Quota           Code = "quota"
	Unavailable     Code = "unavailable"
	Internal        Code = "internal"
)

// Error is a failure that somebody outside can act on. Message is written for
// that person and may be shown: what happened and what to do. Err is the cause,
// for errors.Is and for the log, and is never shown.
type Error struct {
	Code    Code
	Message string
	Err     error
}

func (e *Error) Error() string {
	if e.Err == nil {
		return e.Message
	}
	return e.Message + ": " + e.Err.Error()
}

func (e *Error) Unwrap() error { return e.Err }

// Errorf makes an Error whose Message is the formatted text.
func Errorf(code Code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// CodeOf tells the code of err: that of the outermost *Error in its chain, or
// Internal where there is none. A nil error has no code.
func CodeOf(err error) Code {
	if err == nil {
		return ""
	}
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return Internal
}
