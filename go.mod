module github.com/usercall/usercall

go 1.26.8
