using Aspire.Hosting;
using InferenceSuite.AppHost;

// The suite on one screen: settings, servers, services, edge. Runs under Aspire, or over Local/ where its packages are missing.
var builder = DistributedApplication.CreateBuilder(args);
var settings = new SuiteSettings(builder);

// Servers: a configured connection string, else a container, else the executables installed on this machine.
var postgres = builder.AddPostgresServer(settings, "auth", "storage", "training", "inference", "feedback");
var rabbitmq = builder.AddRabbitMQServer(settings);

// Seals what the stores hold: lost, it takes that with it.
var masterKey = builder.AddParameter("master-key", settings.MasterKey, secret: true);

// Services: each has its own database, and all of them meet in RabbitMQ.
var auth = builder.AddService<Projects.AuthService>("auth", settings)
    .Uses(postgres, "auth").Uses(rabbitmq, "rabbitmq")
    .WithEnvironment("Auth__Admin__Email", settings.AdminEmail)
    .WithEnvironment("Auth__Admin__Password", builder.AddParameter("admin-password", settings.AdminPassword, secret: true))
    .WithEnvironment("Auth__MasterKey", masterKey);

var storage = builder.AddService<Projects.StorageService>("storage", settings)
    .Uses(postgres, "storage").Uses(rabbitmq, "rabbitmq")
    .WithEnvironment("Storage__Disk__Path", settings.State("objects"))
    .WithEnvironment("Storage__MasterKey", masterKey)
    .WithConfigurationSection("Storage:S3")
    .WithReference(auth);

var training = builder.AddService<Projects.TrainingService>("training", settings)
    .Uses(postgres, "training").Uses(rabbitmq, "rabbitmq")
    .WithEnvironment("Registry__ImportPath", settings.Models)
    .WithEnvironment("Datasets__SpoolPath", settings.State("spool"))
    .WithEnvironment("Runs__WorkPath", settings.State("runs"))
    .WithReference(auth).WithReference(storage);

// Replicas are resources of their own: one behind a proxy could not be balanced by health and load.
var inference = settings.InferenceReplicas.Select(replica => builder
    .AddService<Projects.InferenceService>(replica, settings, identity: "inference")
    .Uses(postgres, "inference").Uses(rabbitmq, "rabbitmq")
    .WithEnvironment("Models__CachePath", settings.State("cache", replica))
    .WithEnvironment("MALLOC_ARENA_MAX", "2") // else glibc keeps what an unloaded model freed: docs/operations.md
    .WithReference(auth).WithReference(storage).WithReference(training)).ToList();
training.WithAddresses(inference); // it asks for past predictions, to have them labelled

var feedback = builder.AddService<Projects.FeedbackService>("feedback", settings)
    .Uses(postgres, "feedback").Uses(rabbitmq, "rabbitmq")
    .WithReference(auth).WithReferences(inference);

// Who asks for a copy of what is kept about them gets it from all of these.
auth.WithAddresses([storage, training, feedback, .. inference]);

// Edge: the only door. It may start first: a service that is not up yet is its problem to tell.
builder.AddService<Projects.Gateway>("gateway", settings, port: settings.Port)
    .WithReference(rabbitmq.Connections["rabbitmq"], connectionName: "rabbitmq")
    .WithReference(auth).WithReference(storage).WithReference(training).WithReference(feedback).WithReferences(inference);

builder.Build().Run();
