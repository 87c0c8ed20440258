using ServiceDefaults;
using ServiceDefaults.Database;
using ServiceDefaults.Erasure;
using ServiceDefaults.Messaging;
using TrainingService;
using TrainingService.Compatibility;
using TrainingService.Datasets;
using TrainingService.Embeddings;
using TrainingService.Evaluations;
using TrainingService.FeedbackLabels;
using TrainingService.Policies;
using TrainingService.Policies.Quality;
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
    bus.AddEvaluationConsumer();
    bus.AddPolicyConsumers();
    bus.AddFeedbackConsumers();
    bus.AddErasure<TrainingDb>();
});
// While it is known which rows are theirs.
builder.Services.AddPersonalData<EvaluationAnswers>();
builder.Services.AddPersonalData<PrivateModels>();
builder.Services.AddPersonalData<RunsOfSubject>();
builder.Services.AddPersonalData<DatasetErasure>();
builder.Services.AddPersonalData<ModelsTrainedOnErasedRows>(); // which that one marked
builder.Services.AddPersonalData<RegistryActs>();
builder.AddRegistry();
builder.AddDatasets();
builder.AddServing();
builder.AddEmbeddings();
builder.AddEvaluations();
builder.AddRuns();
builder.AddPolicies();
builder.AddFeedbackLabels();
builder.AddCompatibility();

var app = builder.Build();
app.UseServiceDefaults();
app.MapRegistry();
app.MapLiveModels();
app.MapDatasets();
app.MapReference();
app.MapRuns();
app.MapPolicies();
app.MapResume();
app.MapCompatibility();
app.MapPersonalDataExport();
app.Run();
