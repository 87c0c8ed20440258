using InferenceService;
using InferenceService.Compatibility;
using InferenceService.Models;
using InferenceService.OpenInference;
using InferenceService.Predictions;
using InferenceService.Registry;
using MassTransit;
using ServiceDefaults;
using ServiceDefaults.Database;
using ServiceDefaults.Messaging;
using ServiceDefaults.Problems;

var builder = WebApplication.CreateBuilder(args);
builder.Services.AddSingleton<IProblemDetailsWriter, OpenInferenceErrors>(); // the first that can write an error does
builder.AddServiceDefaults();
builder.AddDatabase<InferenceDb>("inference");
builder.AddMessaging(bus => bus.AddConsumer<FollowPromotion, FollowPromotionDefinition>());
builder.AddEngine();

var app = builder.Build();
app.UseServiceDefaults();
app.MapModels();
app.MapPredictions();
app.MapHistory();
app.MapOpenInference();
app.MapMaskDetection();
app.MapReportScoring();
app.MapImageUpload();
app.MapHealthSummary();
app.Run();
