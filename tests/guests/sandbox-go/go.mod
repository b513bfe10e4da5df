module sandbox

go 1.27

require scorebox.dev/sdk v0.0.0

replace scorebox.dev/sdk => ./.scorebox/sdk/go
