module lab.local/server

go 1.22
