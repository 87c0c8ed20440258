using ServiceDefaults;
using ServiceDefaults.Database;
using ServiceDefaults.Erasure;
using ServiceDefaults.Messaging;
using TrainingService;
using TrainingService.Datasets;
using TrainingService.Evaluations;
using TrainingService.Registry;
using TrainingService.Serving;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddDatabase<TrainingDb>("training");
builder.AddMessaging(bus =>
{
    bus.AddErasure<TrainingDb>();
    bus.AddEvaluations();
});
// Erased in this order: what is told by rows comes before the rows.
builder.Services.AddPersonalData<ModelsTrainedOnErasedRows>();
builder.Services.AddPersonalData<EvaluationAnswers>();
builder.Services.AddPersonalData<PrivateModels>();
builder.Services.AddPersonalData<DatasetErasure>();
builder.Services.AddPersonalData<RegistryActs>();
builder.AddRegistry();
builder.AddDatasets();
builder.AddServing();
builder.AddEvaluations();

var app = builder.Build();
app.UseServiceDefaults();
app.MapRegistry();
app.MapLiveModels();
app.MapDatasets();
app.MapReference();
app.MapPersonalDataExport();
app.Run();
