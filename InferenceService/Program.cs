using InferenceService;
using InferenceService.Admission;
using InferenceService.Compatibility;
using InferenceService.Models;
using InferenceService.Predictions;
using InferenceService.Registry;
using MassTransit;
using ServiceDefaults;
using ServiceDefaults.Database;
using ServiceDefaults.Messaging;

if (AdmitCommand.TryRun(args))
    return;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddDatabase<InferenceDb>("inference");
builder.AddMessaging(bus => bus.AddConsumer<FollowPromotion, FollowPromotionDefinition>());
builder.AddEngine();

var app = builder.Build();
app.UseServiceDefaults();
app.MapModels();
app.MapPredictions();
app.MapHistory();
app.MapMaskDetection();
app.MapReportScoring();
app.MapImageUpload();
app.MapHealthSummary();
app.Run();
