using ServiceDefaults;
using ServiceDefaults.Database;
using ServiceDefaults.Erasure;
using ServiceDefaults.Messaging;
using TrainingService;
using TrainingService.Datasets;
using TrainingService.Registry;
using TrainingService.Serving;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddDatabase<TrainingDb>("training");
builder.AddMessaging(bus => bus.AddErasure<TrainingDb>());
builder.Services.AddPersonalData<DatasetErasure>();
builder.Services.AddPersonalData<RegistryActs>();
builder.AddRegistry();
builder.AddDatasets();
builder.AddServing();

var app = builder.Build();
app.UseServiceDefaults();
app.MapRegistry();
app.MapLiveModels();
app.MapDatasets();
app.MapPersonalDataExport();
app.Run();
