module scorebox.dev/sdk

go 1.27
