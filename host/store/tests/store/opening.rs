use scorebox_fakes::PostgresServer;
use scorebox_store::Store;

#[tokio::test]
async fn smoke() {
    let url = PostgresServer::shared().unwrap().new_database().unwrap();
    eprintln!("{url}");
    let store = Store::open(&url.parse().unwrap()).await.unwrap();
    eprintln!("{}", store.location());
    Store::open(&url.parse().unwrap()).await.unwrap();
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(".scorebox/store.db");
    Store::open(&path.to_str().unwrap().parse().unwrap()).await.unwrap();
    Store::open(&path.to_str().unwrap().parse().unwrap()).await.unwrap();
}
