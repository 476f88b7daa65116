// Package report is what the dashboard, the API and exports read: values that
// are ready to be shown, and the words for what was decided.
//
// It owns the read models and the interfaces they are read through; it writes
// nothing, and knows no HTML and no SQL. The project always comes first among
// the arguments, from whoever is signed in and never from the request, and an
// id of another project is as unknown as one that never was. Start at [Home],
// then [Study], [Decision] and [Person].
package report
