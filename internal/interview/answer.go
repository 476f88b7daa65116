package interview

// CheckAnswer says what is wrong with an answer, as [Room.Answer] would: invalid,
// or too_large. It is for those who keep answers for a while before they store them.
func CheckAnswer(id, text string) error { return checkAnswer(id, text) }
