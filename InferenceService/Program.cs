using InferenceService;
using InferenceService.Admission;
using InferenceService.Compatibility;
using InferenceService.Models;
using InferenceService.OpenInference;
using InferenceService.PersonalData;
using InferenceService.Predictions;
using InferenceService.Registry;
using InferenceService.Tasks;
using MassTransit;
using ServiceDefaults;
using ServiceDefaults.Database;
using ServiceDefaults.Erasure;
using ServiceDefaults.Messaging;
using ServiceDefaults.Problems;

if (AdmitCommand.TryRun(args))
    return;

var builder = WebApplication.CreateBuilder(args);
builder.Services.AddSingleton<IProblemDetailsWriter, OpenInferenceErrors>(); // the first that can write an error does
builder.AddServiceDefaults();
builder.AddDatabase<InferenceDb>("inference");
builder.AddMessaging(bus =>
{
    bus.AddConsumer<FollowPromotion, FollowPromotionDefinition>();
    bus.AddConsumer<FollowSuspension, FollowSuspensionDefinition>();
    bus.AddConsumer<FollowResumption, FollowResumptionDefinition>();
    bus.AddTaskConsumer();
    bus.AddErasure<InferenceDb>();
});
builder.AddEngine();
builder.AddTasks();
builder.AddPersonalData();

var app = builder.Build();
app.UseServiceDefaults();
app.MapModels();
app.MapPredictions();
app.MapHistory();
app.MapPredictionInputs();
app.MapTasks();
app.MapOpenInference();
app.MapMaskDetection();
app.MapReportScoring();
app.MapTaskReading();
app.MapImageUpload();
app.MapHealthSummary();
app.MapPersonalDataExport();
app.Run();
