using ServiceDefaults;
using ServiceDefaults.Database;
using ServiceDefaults.Erasure;
using ServiceDefaults.Messaging;
using StorageService;
using StorageService.Backends;
using StorageService.Encryption;
using StorageService.Integrity;
using StorageService.Objects;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddDatabase<StorageDb>("storage");
builder.AddMessaging(bus => bus.AddErasure<StorageDb>());
builder.Services.AddPersonalData<ObjectsOfSubject>();
builder.AddObjectStore();
builder.AddEncryption();
builder.AddObjects();
builder.AddIntegrity();

var app = builder.Build();
app.UseServiceDefaults();
app.MapObjects();
app.MapPersonalDataExport();
app.Run();
