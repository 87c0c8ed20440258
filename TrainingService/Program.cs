using ServiceDefaults;
using ServiceDefaults.Database;
using ServiceDefaults.Erasure;
using ServiceDefaults.Messaging;
using TrainingService;
using TrainingService.Datasets;
using TrainingService.Evaluations;
using TrainingService.Registry;
using TrainingService.Runs;
using TrainingService.Runs.Training;
using TrainingService.Serving;

if (TrainCommand.TryRun(args))
    return;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddDatabase<TrainingDb>("training");
builder.AddMessaging(bus =>
{
    bus.AddRunConsumer();
    bus.AddEvaluations();
    bus.AddErasure<TrainingDb>();
});
// Erased in this order: what is told by rows comes before the rows.
builder.Services.AddPersonalData<RunsOfSubject>();
builder.Services.AddPersonalData<ModelsTrainedOnErasedRows>();
builder.Services.AddPersonalData<EvaluationAnswers>();
builder.Services.AddPersonalData<PrivateModels>();
builder.Services.AddPersonalData<DatasetErasure>();
builder.Services.AddPersonalData<RegistryActs>();
builder.AddRegistry();
builder.AddDatasets();
builder.AddServing();
builder.AddRuns();
builder.AddEvaluations();

var app = builder.Build();
app.UseServiceDefaults();
app.MapRegistry();
app.MapLiveModels();
app.MapDatasets();
app.MapRuns();
app.MapReference();
app.MapPersonalDataExport();
app.Run();
