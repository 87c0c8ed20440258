using FeedbackService;
using FeedbackService.Feedback;
using FeedbackService.Observations;
using MassTransit;
using ServiceDefaults;
using ServiceDefaults.Database;
using ServiceDefaults.Messaging;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddDatabase<FeedbackDb>("feedback");
builder.AddMessaging(bus => bus.AddConsumer<ObservePrediction, ObservePredictionDefinition>());
builder.Services.AddSingleton<ObservationStore>();
builder.Services.AddHttpClient<PredictionsClient>(client => client.Timeout = TimeSpan.FromSeconds(5));

var app = builder.Build();
app.UseServiceDefaults();
app.MapFeedback();
app.Run();
